"""Training of Fathom Mini: scenes, losses, curriculum, export."""
