"""What one person sees at a glance: the bare command, and the Home tab."""
