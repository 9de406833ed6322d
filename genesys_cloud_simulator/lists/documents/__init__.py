"""What the lookups list: users, queues, codes and so on, as the platform's models have them.

The names and types are those of the models of the platform's official SDK.
"""
