@outcomes
Feature: Outcomes

  Scenario: Passed
    Given fine
    * fine
    And a table
      | name   | port |
      | client | 8080 |
    But a text
      """
      two
      lines
      """

  Scenario: Failed
    Given fine
    When it fails
    Then fine

  Scenario: Undefined
    Given nobody "defined" 3 of these
    Then nobody defined that either

  Scenario: Pending
    Given pending

  Scenario: Ambiguous
    Given ambiguous

  Scenario: Skipped
    Given skipped because of the host
    Then it fails

  Scenario: Inconclusive
    Given inconclusive

  Scenario: Skipped by Reqnroll
    Given Reqnroll skips it

  Scenario: Pending for Reqnroll
    Given Reqnroll has it pending

  @ignore
  Scenario: Ignored
    Given it fails

  @before-fails
  Scenario: A hook before it fails
    Given fine

  @after-fails
  Scenario: A hook after it fails
    Given fine

  @after-fails
  Scenario: It fails and a hook after it too
    When it fails

  @after-fails
  Scenario: It is skipped and a hook after it fails
    Given skipped because of the host

  Scenario: Attached
    Given the file "evidence.txt" attached
