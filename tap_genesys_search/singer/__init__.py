"""Where the tap goes beyond the public interface of the Singer SDK."""
