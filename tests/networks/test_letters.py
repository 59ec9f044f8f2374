from lowrankweights.networks.letters import LETTERS, table


def test_sizes_in_shapes_are_letters_themselves():
    for name, letter in LETTERS.items():
        for size in letter.shape.strip("()").split(","):
            assert not size.strip() or size.strip() in LETTERS, name


def test_the_table_has_a_line_a_letter():
    lines = table().splitlines()
    assert len(lines) == len(LETTERS) + 1
    assert all(line.split()[0] == name for line, name in zip(lines[1:], LETTERS, strict=True))
