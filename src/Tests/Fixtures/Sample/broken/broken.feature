Feature: Broken
  Scenario: It cannot be read
    Given x
  nonsense
