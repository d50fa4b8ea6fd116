"""What the public says: awareness, approval, and the survey that asks."""
