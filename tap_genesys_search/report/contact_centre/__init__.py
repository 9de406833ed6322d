"""The view of the contact centre: the facts of the marts that dbt builds."""
