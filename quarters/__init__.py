"""Quarters that come with the product: data, and the generator that makes their people up."""
