"""What is tried many times and compared: sweeps, differences and prompts, without Jupyter."""
