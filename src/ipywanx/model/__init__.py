"""What can be said: requests, pictures, masks, tasks. Words only: no network, no Jupyter."""
