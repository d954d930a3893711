#!/usr/bin/env python3
"""Checks that README.md, or another page, says what is true.

readme.py cpp PAGE MAIN_CPP      the C++ of the page is, letter by letter, the program that the consumer tests run
readme.py toml README TELAR      every recipe of README.md is one that `telar inspect` accepts
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def snippets(readme, language):
    found = re.findall(rf"^```{language}\n(.*?)^```$", Path(readme).read_text(encoding="utf-8"), re.M | re.S)
    if not found:
        sys.exit(f"{readme} has no {language} snippet")
    return found


def check_cpp(readme, main):
    if snippets(readme, "cpp") != [Path(main).read_text(encoding="utf-8")]:
        sys.exit(f"the C++ in {readme} is not {main}: copy the file into the snippet")


def check_toml(readme, telar):
    # A snippet's first line names its file: `# my-network.toml`; it may extend a recipe of the tree.
    recipes = Path(readme).resolve().parent / "recipes" / "fashion-mnist"
    with tempfile.TemporaryDirectory() as folder:
        for file in recipes.glob("*.toml"):
            Path(folder, file.name).write_bytes(file.read_bytes())
        for text in snippets(readme, "toml"):
            name = re.match(r"# (\S+\.toml)\n", text)
            if not name:
                sys.exit(f"a recipe in {readme} does not start with `# its-name.toml`:\n{text}")
            file = Path(folder, name[1])
            file.write_text(text, encoding="utf-8")
            subprocess.run([telar, "inspect", str(file)], check=True)


if __name__ == "__main__":
    {"cpp": check_cpp, "toml": check_toml}[sys.argv[1]](*sys.argv[2:])
