"""What providers and banks say of the money, held against the books: movement by movement, payout by payout, to the cent."""
