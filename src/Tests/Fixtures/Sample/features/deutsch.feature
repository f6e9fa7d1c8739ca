# language: de
Funktionalität: Prüfung der Brücke → 封包

  Szenario: Größe
    Angenommen fine
    Wenn fine
    Dann fine

  Szenariogrundriss: 經過 <Kette>
    Dann the arguments are "<Kette>" and "ä"

    Beispiele:
      | Kette |
      | 轉送  |
