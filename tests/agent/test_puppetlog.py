"""What can be seen of a Puppet run from afar."""

from pathlib import Path

from ocinstaller.agent.puppetlog import Follower, Message, Progress, parse

AT = "Info: /Stage[main]/Ocinstaller::Profile::Mariadb/Exec[x]: Starting to evaluate the resource (3 of 20)"
ERROR = "Error: Could not find class ntp (file: /etc/x.pp, line: 5) on node n"


def test_lines_are_understood() -> None:
    assert parse(AT) == Progress(3, 20, "/Stage[main]/Ocinstaller::Profile::Mariadb/Exec[x]")
    assert parse(ERROR) == Message(ERROR.removeprefix("Error: "), "error")
    assert parse("Notice: /Stage[main]/A/File[/etc/b]/ensure: created") == Message(
        "/Stage[main]/A/File[/etc/b]/ensure: created", "info"
    )
    assert parse("Warning: /Stage[main]/A: Skipping because of failed dependencies") is None
    assert parse("Notice: /File[/var/cache/puppet/lib/x.rb]/ensure: created") is None
    assert parse("Info: Loading facts") is None


def test_a_run_is_followed_line_by_line(tmp_path: Path) -> None:
    told: list[tuple[str, str, str]] = []
    now = [0.0]
    file = tmp_path / "log"
    file.write_text(f"{AT}\nNotice: half")
    follower = Follower(file, lambda *line: told.append(line), lambda: now[0])

    follower.follow()
    assert told == []
    now[0] = 6.0
    follower.follow()
    assert [text for _, text, _ in told] == [
        "3 of 20: /Stage[main]/Ocinstaller::Profile::Mariadb/Exec[x]"
    ]
    with file.open("a") as more:
        more.write(f" done\n{AT.replace('3 of', '4 of')}\n{ERROR}\n")
    follower.follow()
    assert [text[:7] for _, text, _ in told[1:]] == ["half do", "4 of 20", "Could n"]
    follower.follow()
    assert len(told) == 4
