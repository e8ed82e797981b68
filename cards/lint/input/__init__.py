"""What is linted: a card, a folder, a run or a repository on the Hub, with its files and their headers."""
