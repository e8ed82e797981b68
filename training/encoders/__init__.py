"""Encoders: pretrained bases and new ones, their tokenizers, vocabularies and families."""
