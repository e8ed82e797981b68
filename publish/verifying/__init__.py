"""What was published, checked: its files, its loaders, and every number that can be measured again."""
