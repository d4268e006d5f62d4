"""The page behind the link in a message: for partners without an account. Nothing is shown before the PIN."""
