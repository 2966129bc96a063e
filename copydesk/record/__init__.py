"""The record is the truth: one relational database that everything else can be rebuilt from."""
