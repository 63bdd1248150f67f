"""A build: tasks, each a function of what it is given, what they made, and who does them."""
