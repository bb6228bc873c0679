"""The reports as tools of a language model, over the Model Context Protocol.

A model that writes about the reports calls ``search`` and ``ask``, opens what it means to quote with
``open_citation``, and has its own draft checked by ``verify``. The tools translate and do not think;
their descriptions and messages are written for a model, in English, with the Japanese words that its
users use. The room needs the package ``mcp`` and is entered by the command ``ipqa mcp`` alone.
"""
