"""Tests of what helps to deploy and to test."""
