/** The words of the time machine, one line a word. */

export const MACHINE_TABLE = {
  // --- what to look at ---
  aRace: ["A race", "Ein Rennen", "Une course", "Una corsa", "경기", "一场比赛", "レース", "Een rit", "Bieg", "Egy futam"],
  lookAt: ["What to look at", "Was zu sehen ist", "Que regarder", "Che cosa guardare", "볼 내용", "查看内容", "表示内容", "Wat te bekijken", "Co oglądać", "Mit nézzünk"],
  oneMoment: ["One moment", "Ein Zeitpunkt", "Un moment", "Un momento", "한 시점", "一个时刻", "一つの時点", "Eén moment", "Jeden moment", "Egy pillanat"],
  twoMoments: ["Two moments", "Zwei Zeitpunkte", "Deux moments", "Due momenti", "두 시점", "两个时刻", "二つの時点", "Twee momenten", "Dwa momenty", "Két pillanat"],
  whatIf: ["What if", "Was wäre wenn", "Et si", "E se", "만약에", "假如", "もしも", "Wat als", "Co gdyby", "Mi lett volna"],
  otherMoment: ["Other moment", "Anderer Zeitpunkt", "Autre moment", "Altro momento", "다른 시점", "另一时刻", "別の時点", "Ander moment", "Inny moment", "Másik pillanat"],
  momentsOfRace: ["Moments of the race", "Zeitpunkte des Rennens", "Moments de la course", "Momenti della corsa", "경기의 시점", "比赛的时刻", "レースの時点", "Momenten van de rit", "Momenty biegu", "A futam pillanatai"],
  boardThen: ["The board at these moments", "Die Anzeige zu diesen Zeitpunkten", "Le tableau à ces moments", "Il tabellone in questi momenti", "해당 시점의 전광판", "这些时刻的记分牌", "その時点のボード", "Het bord op deze momenten", "Tablica w tych momentach", "A tábla ezekben a pillanatokban"],
  tablesThen: ["Tables at this moment", "Tabellen zu diesem Zeitpunkt", "Tableaux à ce moment", "Tabelle in questo momento", "해당 시점의 표", "此时的表格", "この時点の表", "Tabellen op dit moment", "Tabele w tym momencie", "Táblázatok ebben a pillanatban"],
  goTo: ["Go to", "Gehe zu", "Aller à", "Vai a", "이동", "前往", "移動", "Ga naar", "Przejdź do", "Ugrás"],
  goToHelp: ["Position, or time of day ({zone}) such as {example}", "Position oder Uhrzeit ({zone}) wie {example}", "Position ou heure ({zone}), par exemple {example}", "Posizione o ora ({zone}), ad esempio {example}", "기록 위치 또는 시각({zone}), 예: {example}", "位置或时间（{zone}），如{example}", "位置または時刻（{zone}）、例：{example}", "Positie of tijd ({zone}), zoals {example}", "Pozycja lub godzina ({zone}), np. {example}", "Pozíció vagy időpont ({zone}), pl. {example}"],
  show: ["Show", "Zeigen", "Afficher", "Mostra", "보기", "显示", "表示", "Tonen", "Pokaż", "Mutat"],
  whoSees: ["As seen by", "Gesehen von", "Vu par", "Visto da", "보는 사람", "视角", "誰の視点", "Gezien door", "Widziane przez", "Ki látja"],
  thePublic: ["The public", "Öffentlichkeit", "Le public", "Il pubblico", "관중", "公众", "一般", "Het publiek", "Publiczność", "A közönség"],
  theOfficials: ["The officials", "Offizielle", "Les officiels", "Gli ufficiali", "임원", "官员", "役員", "De officials", "Sędziowie", "A versenybírók"],
  notOfficialThen: ["Not official at this moment.", "Zu diesem Zeitpunkt nicht offiziell.", "Pas officiel à ce moment.", "Non ufficiale in questo momento.", "이 시점에는 공식이 아닙니다.", "此时尚非正式。", "この時点では公式ではありません。", "Op dit moment niet officieel.", "W tym momencie nieoficjalne.", "Ebben a pillanatban nem hivatalos."],
  noMedalThen: ["No medal had been given.", "Es war noch keine Medaille vergeben.", "Aucune médaille n’avait été attribuée.", "Nessuna medaglia era stata assegnata.", "수여된 메달이 없었습니다.", "尚未颁发奖牌。", "メダルはまだありませんでした。", "Er was nog geen medaille vergeven.", "Nie przyznano jeszcze medalu.", "Még nem osztottak érmet."],
  nameARace: ["Name a race in the address: {example}", "Ein Rennen in der Adresse nennen: {example}", "Indiquez une course dans l’adresse : {example}", "Indicare una corsa nell’indirizzo: {example}", "주소에 경기를 지정하세요: {example}", "请在地址中指定比赛：{example}", "アドレスでレースを指定：{example}", "Noem een rit in het adres: {example}", "Podaj bieg w adresie: {example}", "Adjon meg egy futamot a címben: {example}"],

  // --- two of them ---
  differences: ["Differences", "Unterschiede", "Différences", "Differenze", "차이", "差异", "違い", "Verschillen", "Różnice", "Különbségek"],
  whatIsDifferent: ["What is different", "Was anders ist", "Ce qui diffère", "Che cosa è diverso", "달라진 점", "有何不同", "何が違うか", "Wat anders is", "Co się różni", "Mi más"],
  fromTo: ["From position {from} to {to}", "Von Position {from} bis {to}", "De la position {from} à {to}", "Dalla posizione {from} alla {to}", "위치 {from}에서 {to}까지", "从位置{from}到{to}", "位置{from}から{to}まで", "Van positie {from} tot {to}", "Od pozycji {from} do {to}", "A(z) {from}. pozíciótól a(z) {to}. pozícióig"],
  sameShown: ["These two moments show the same.", "Diese beiden Zeitpunkte zeigen dasselbe.", "Ces deux moments montrent la même chose.", "Questi due momenti mostrano lo stesso.", "두 시점이 같습니다.", "这两个时刻相同。", "二つの時点は同じです。", "Deze twee momenten tonen hetzelfde.", "Oba momenty pokazują to samo.", "A két pillanat ugyanazt mutatja."],
  asResults: ["As official results", "Als offizielle Ergebnisse", "Comme résultats officiels", "Come risultati ufficiali", "공식 결과로 볼 때", "按正式成绩计", "公式結果として", "Als officiële uitslagen", "Jako wyniki oficjalne", "Hivatalos eredményként"],
  asResultsNote: ["What happened in between, had the result been official at either moment.", "Was dazwischen geschah, wäre das Ergebnis jeweils offiziell gewesen.", "Ce qui s’est passé entre les deux, si le résultat avait été officiel à chacun.", "Che cosa è successo nel mezzo, se il risultato fosse stato ufficiale in entrambi.", "두 시점 모두 결과가 공식이었다면, 그 사이의 변화.", "若两个时刻的成绩均为正式，其间的变化。", "両時点の結果が公式だったとした場合の変化。", "Wat ertussen gebeurde, als de uitslag telkens officieel was geweest.", "Co zaszło pomiędzy, gdyby wynik był za każdym razem oficjalny.", "Ami közben történt, ha az eredmény mindkétszer hivatalos lett volna."],

  // --- what would have been ---
  factsOfRace: ["Facts of the race", "Tatsachen des Rennens", "Faits de la course", "Fatti della corsa", "경기의 사실", "比赛的事实", "レースの事実", "Feiten van de rit", "Fakty z biegu", "A futam tényei"],
  otherFacts: ["All other facts", "Alle anderen Tatsachen", "Tous les autres faits", "Tutti gli altri fatti", "그 밖의 모든 사실", "其他所有事实", "その他すべての事実", "Alle andere feiten", "Wszystkie inne fakty", "Minden más tény"],
  asRecorded: ["as recorded", "wie aufgezeichnet", "tel qu’enregistré", "come registrato", "기록대로", "按记录", "記録どおり", "zoals vastgelegd", "jak zapisano", "ahogy rögzítették"],
  leftOut: ["left out", "weggelassen", "omis", "omesso", "제외", "排除", "除外", "weggelaten", "pominięto", "kihagyva"],
  decidedOtherwise: ["Decided otherwise", "Anders entschieden", "Décidé autrement", "Deciso diversamente", "다른 판정", "另作判定", "別の判定", "Anders beslist", "Inna decyzja", "Más döntés"],
  ofSomebodyElse: ["Somebody else", "Jemand anderes", "Quelqu’un d’autre", "Qualcun altro", "다른 선수", "换作他人", "別の選手", "Iemand anders", "Ktoś inny", "Valaki más"],
  happenedBefore: ["Happened before", "Geschah vor", "Survenu avant", "Avvenuto prima di", "다음보다 먼저 발생", "发生于以下之前", "次より前に発生", "Gebeurde vóór", "Zdarzyło się przed", "Előbb történt, mint"],
  alsoDecided: ["Also decided", "Außerdem entschieden", "Décidé en plus", "Deciso inoltre", "추가 판정", "另外判定", "追加の判定", "Ook beslist", "Dodatkowo zdecydowano", "Továbbá döntöttek"],
  addIt: ["Add", "Hinzufügen", "Ajouter", "Aggiungi", "추가", "添加", "追加", "Toevoegen", "Dodaj", "Hozzáad"],
  remove: ["Remove", "Entfernen", "Retirer", "Rimuovi", "삭제", "移除", "削除", "Verwijderen", "Usuń", "Eltávolít"],
  asAdopted: ["as adopted", "wie beschlossen", "tel qu’adopté", "come adottato", "채택된 규정", "按既定规则", "採用どおり", "zoals vastgesteld", "jak przyjęto", "az elfogadott szerint"],
  askIt: ["Ask", "Fragen", "Demander", "Chiedi", "묻기", "提问", "質問", "Vraag", "Zapytaj", "Kérdez"],
  wouldHaveBeen: ["What would have been different", "Was anders gewesen wäre", "Ce qui aurait été différent", "Che cosa sarebbe stato diverso", "달라졌을 점", "会有何不同", "何が違っていたか", "Wat anders zou zijn geweest", "Co byłoby inaczej", "Mi lett volna másképp"],
  nothingWould: ["Nothing would have been different.", "Nichts wäre anders gewesen.", "Rien n’aurait été différent.", "Nulla sarebbe stato diverso.", "아무것도 달라지지 않았을 것입니다.", "不会有任何不同。", "何も変わらなかったでしょう。", "Niets zou anders zijn geweest.", "Nic nie byłoby inaczej.", "Semmi sem lett volna másképp."],
};
