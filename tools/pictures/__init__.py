"""Pictures of every surface, taken in the sandbox: docs/pictures/."""
