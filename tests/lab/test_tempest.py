"""What is read from tempest's output, and what it is told; its tests run against a real cloud."""

import pytest

from ocinstaller.lab import tempest

OUTPUT = """\
{0} tempest.api.identity.v3.test_tokens.TokensV3Test.test_validate_token [1.216594s] ... ok
{1} setUpClass (tempest.api.image.v2.test_images.ImportImagesTest) ... SKIPPED: no import
{1} tempest.api.network.test_networks.NetworksTest.test_list_networks[id-1] [0.5s] ... FAILED

Captured traceback: {1} ... ok
 - Passed: 1
"""


def test_ends_of_tests_are_read_and_nothing_else() -> None:
    outcome = tempest.Outcome()
    for line in OUTPUT.splitlines():
        outcome.take(line)
    assert outcome.passed == [
        "tempest.api.identity.v3.test_tokens.TokensV3Test.test_validate_token"
    ]
    assert outcome.failed == [
        "tempest.api.network.test_networks.NetworksTest.test_list_networks[id-1]"
    ]
    assert len(outcome.skipped) == 1
    assert str(outcome) == "tempest: 1 passed, 1 skipped, 1 failed"


@pytest.mark.parametrize(("kind", "name"), [("image", "glance"), ("block-storage", "cinder")])
def test_only_services_of_the_catalogue_are_tested(kind: str, name: str) -> None:
    available = tempest.settings(frozenset({kind}), {})["service_available"]
    assert {service for service, there in available.items() if there} == {name}
