Feature: Matches that depend on more than the packet
  Some matches depend on more than the packet: `-m recent` and `limit` on packets before it, `-m owner` on the sending
  process. The model takes such a match both ways. Where both ways come to the same, the prediction is sure; where they
  part, it is both, and an observation of either agrees.

  Rule: A match that the model cannot decide

    Scenario: A rule with recent drops a packet or lets it pass: both ways are predicted
      Given a private host without Docker
      And the rule "iptables -t filter -A FORWARD -s client -m recent --name seen --rcheck -j DROP"
      When "client" pings "wan" once
      Then the request is delivered to "wan", or dropped at "iptables filter FORWARD", depending on "-m recent"

    Scenario: A rule with statistic drops a packet or lets it pass: both ways are predicted
      Given a private host without Docker
      And the rule "iptables -t filter -A FORWARD -s client -m statistic --mode nth --every 1 --packet 0 -j DROP"
      When "client" pings "wan" once
      Then the request is delivered to "wan", or dropped at "iptables filter FORWARD", depending on "-m statistic"

    Scenario: A limit before LOG leaves the prediction sure, because LOG changes nothing
      Given a private host without Docker
      And the rule "iptables -t filter -A FORWARD -s client -m limit --limit 1/min -j LOG"
      When "client" pings "wan" once
      Then the request is delivered to "wan"

  Rule: A target that the model does not know

    Scenario: Behind a rule with NFQUEUE, a program decides and nothing is predicted
      Given a private host without Docker
      And the rule "iptables -t filter -A FORWARD -s client -j NFQUEUE --queue-num 7"
      When "client" pings "wan" once
      Then the model cannot say what becomes of the request, because of "NFQUEUE"
