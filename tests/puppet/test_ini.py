"""Edits of files that belong to packages."""

from ocinstaller.puppet.ini import merge_ini, set_java_memory

WANTED = {"main": {"server": "puppet.example.com"}, "server": {"autosign": "/usr/bin/sign"}}


def test_settings_are_replaced_in_their_own_section_and_comments_stay() -> None:
    text = "# mine\n[main]\nserver=old\nlogdir = /x\n\n[agent]\nserver = other\n"
    assert merge_ini(text, WANTED) == (
        "# mine\n[main]\nserver = puppet.example.com\nlogdir = /x\n\n[agent]\nserver = other\n"
        "\n[server]\nautosign = /usr/bin/sign\n"
    )


def test_an_empty_file_gets_the_sections() -> None:
    assert merge_ini("", WANTED) == (
        "[main]\nserver = puppet.example.com\n\n[server]\nautosign = /usr/bin/sign\n"
    )


def test_a_commented_setting_is_not_the_setting() -> None:
    merged = merge_ini("[main]\n# server = old\n", {"main": {"server": "new"}})
    assert merged == "[main]\n# server = old\nserver = new\n"


def test_merging_twice_changes_nothing() -> None:
    once = merge_ini("[main]\nserver = old\n[server]\n", WANTED)
    assert merge_ini(once, WANTED) == once


def test_java_memory_replaces_the_packages_and_keeps_the_other_options() -> None:
    text = '# JVM\nJAVA_ARGS="-Xms1g -Xmx1g -Dlogger=x"\nTK_ARGS=""\n'
    wanted = '# JVM\nJAVA_ARGS="-Xms768m -Xmx768m -Dlogger=x"\nTK_ARGS=""\n'
    assert set_java_memory(text, 768) == wanted
    assert set_java_memory(wanted, 768) == wanted


def test_java_memory_is_added_where_the_package_sets_none() -> None:
    assert set_java_memory("", 512) == 'JAVA_ARGS="-Xms512m -Xmx512m"\n'
