"""What people see of Greenroom in Slack: each module builds messages or modals as data, and reads modals back."""
