"""The people of the newsroom: sign-in, the three roles, the workflow they share."""
