"""What operators see: metrics, log lines, traces and readiness, made from counts and times alone."""
