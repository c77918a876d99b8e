"""Colours prototxt in pages: a lexer for Pygments, which finds it by the entry point in pyproject.toml."""

from pygments.lexer import RegexLexer
from pygments.token import Comment, Keyword, Name, Number, Punctuation, String, Whitespace


class PrototxtLexer(RegexLexer):
    """Protobuf text format, as code blocks in the language `prototxt`."""

    name = "Prototxt"
    aliases = ["prototxt"]  # noqa: RUF012  as Pygments declares it
    filenames = ["*.prototxt"]  # noqa: RUF012

    tokens = {  # noqa: RUF012
        "root": [
            (r"\s+", Whitespace),
            (r"#.*", Comment.Single),
            (r'"(?:\\.|[^"\\\n])*"', String.Double),
            (r"'(?:\\.|[^'\\\n])*'", String.Single),
            (r"[A-Za-z_]\w*(?=\s*:?\s*[{<])", Name.Tag),
            (r"[A-Za-z_]\w*(?=\s*:)", Name.Attribute),
            (r"(?:true|false)\b", Keyword.Constant),
            (r"-?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?f?)\b", Number),
            (r"[A-Za-z_]\w*", Name.Constant),
            (r"[-:;,{}<>\[\]]", Punctuation),
        ]
    }
