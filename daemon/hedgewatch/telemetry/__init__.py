"""What the daemon tells about itself: metrics, HTTP, logs, and the service manager."""
