"""How good reading is: figures on our own test part and on public data, beside peers (`allears evaluate text`)."""
