"""Whatever a target sends: seeded answers, and people who meet them."""
