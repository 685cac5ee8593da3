"""What one person sees at a glance: on the Home tab, and as the reply to the bare command."""
