@bridge
Feature: Names of tests
  A filter for NUnit means the same in both profiles.

  Background:
    Given the run has started

  @slow
  Scenario: The reply skips nat, because its connection is known
    Then this test is called "Hooktrail.Tests.EndToEnd.Features.OnTheBridge.NamesOfTestsFeature.TheReplySkipsNatBecauseItsConnectionIsKnown"
    And its categories are "slow"

  Scenario: Messages are written as the run goes on
    Then the messages so far tell of "The reply skips nat, because its connection is known"

  Rule: An outline is a test with cases

    Scenario Outline: Over <protocol>
      Then the name of this test starts with
        """
        Hooktrail.Tests.EndToEnd.Features.OnTheBridge.NamesOfTestsFeature.OverProtocol("<protocol>",
        """

      Examples:
        | protocol |
        | icmp     |

      @v6
      Examples: of another family
        | protocol |
        | tcp      |
