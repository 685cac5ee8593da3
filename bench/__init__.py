"""The measurements behind the figures we give: `python -m bench` runs and prints them, and writes nothing."""
