@bridge
Feature: Names on the "bridge"

  Background:
    Given fine

  @slow
  Scenario: The reply skips nat, because its connection is known
    Then fine

  Scenario Outline: Over <protocol> to <to port>
    Then the arguments are "<protocol>" and "<to port>"

    Examples:
      | protocol | to port |
      | icmp     | 1       |

    @v6 @ping
    Examples: of another family
      | protocol | to port |
      | t\\c → p | 2       |

    @ignore
    Examples: not now
      | protocol | to port |
      | udp      | 3       |

  @ruled
  Rule: Rules have their own background

    Background:
      Given in a rule

    Scenario: Within a rule
      Then the tags are "bridge, ruled"
