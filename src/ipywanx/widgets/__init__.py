"""What can be seen and touched under a cell."""
