@before-feature-fails
Feature: A hook before the feature fails

  Scenario: None of its scenarios passes
    Given fine

  Scenario: Nor the next
    Given fine
