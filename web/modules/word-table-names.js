/** What counts, places, distances and races are called within a sentence, one line a word. */

export const NAMES_TABLE = {
  // --- counts: one form for each category of the language's plurals ---
  pointsOf: [{ one: "{n} point", other: "{n} points" }, { one: "{n} Punkt", other: "{n} Punkte" }, { one: "{n} point", other: "{n} points" }, { one: "{n} punto", other: "{n} punti" }, "{n}점", "{n}分", "{n}ポイント", { one: "{n} punt", other: "{n} punten" }, { one: "{n} punkt", few: "{n} punkty", many: "{n} punktów", other: "{n} punktu" }, "{n} pont"],
  winsOf: [{ one: "{n} win", other: "{n} wins" }, { one: "{n} Sieg", other: "{n} Siege" }, { one: "{n} victoire", other: "{n} victoires" }, { one: "{n} vittoria", other: "{n} vittorie" }, "우승 {n}회", "{n}次夺冠", "優勝{n}回", { one: "{n} zege", other: "{n} zeges" }, { one: "{n} zwycięstwo", few: "{n} zwycięstwa", many: "{n} zwycięstw", other: "{n} zwycięstwa" }, "{n} győzelem"],

  // --- places: one form for each category of the language's ordinals ---
  ordinal: [{ one: "{n}st", two: "{n}nd", few: "{n}rd", other: "{n}th" }, "{n}.", { one: "{n}er", other: "{n}e" }, "{n}º", "{n}위", "第{n}名", "{n}位", "{n}e", "{n}.", "{n}."],
  ordinalFeminine: [{ one: "{n}st", two: "{n}nd", few: "{n}rd", other: "{n}th" }, "{n}.", { one: "{n}re", other: "{n}e" }, "{n}ª", "{n}위", "第{n}名", "{n}位", "{n}e", "{n}.", "{n}."],
  placed: ["{place}", "{place} Platz", "{place}", "{place}", "{place}", "{place}", "{place}", "{place} plaats", "{place} miejsce", "{place} hely"],

  // --- distances ---
  menOver: ["Men {metres} m", "Männer {metres} m", "{metres} m hommes", "{metres} m uomini", "남자 {metres}m", "男子{metres}米", "男子{metres}m", "Mannen {metres} m", "{metres} m mężczyzn", "Férfi {metres} m"],
  womenOver: ["Women {metres} m", "Frauen {metres} m", "{metres} m femmes", "{metres} m donne", "여자 {metres}m", "女子{metres}米", "女子{metres}m", "Vrouwen {metres} m", "{metres} m kobiet", "Női {metres} m"],
  menRelayOver: ["Men {metres} m relay", "{metres}-m-Staffel Männer", "Relais {metres} m hommes", "Staffetta {metres} m uomini", "남자 {metres}m 계주", "男子{metres}米接力", "男子{metres}mリレー", "Aflossing {metres} m mannen", "Sztafeta {metres} m mężczyzn", "Férfi {metres} m-es váltó"],
  womenRelayOver: ["Women {metres} m relay", "{metres}-m-Staffel Frauen", "Relais {metres} m femmes", "Staffetta {metres} m donne", "여자 {metres}m 계주", "女子{metres}米接力", "女子{metres}mリレー", "Aflossing {metres} m vrouwen", "Sztafeta {metres} m kobiet", "Női {metres} m-es váltó"],
  mixedRelayOver: ["Mixed {metres} m relay", "{metres}-m-Mixed-Staffel", "Relais mixte {metres} m", "Staffetta mista {metres} m", "혼성 {metres}m 계주", "混合{metres}米接力", "混合{metres}mリレー", "Gemengde aflossing {metres} m", "Sztafeta mieszana {metres} m", "Vegyes {metres} m-es váltó"],

  // --- races of a round, and rounds of several races ---
  finalOf: ["Final {group}", "Finale {group}", "Finale {group}", "Finale {group}", "결승 {group}", "{group}组决赛", "決勝{group}", "{group}-finale", "Finał {group}", "{group}-döntő"],
  semifinalOf: ["Semifinal {group}", "Halbfinale {group}", "Demi-finale {group}", "Semifinale {group}", "준결승 {group}조", "半决赛第{group}组", "準決勝{group}組", "Halve finale {group}", "Półfinał {group}", "{group}. elődöntő"],
  quarterfinalOf: ["Quarterfinal {group}", "Viertelfinale {group}", "Quart de finale {group}", "Quarto di finale {group}", "준준결승 {group}조", "1/4决赛第{group}组", "準々決勝{group}組", "Kwartfinale {group}", "Ćwierćfinał {group}", "{group}. negyeddöntő"],
  heatOf: ["Heat {group}", "Vorlauf {group}", "Série {group}", "Batteria {group}", "예선 {group}조", "预赛第{group}组", "予選{group}組", "Serie {group}", "Eliminacje {group}", "{group}. előfutam"],
  preliminaryOf: ["Preliminary {group}", "Vorrunde {group}", "Préliminaire {group}", "Preliminare {group}", "예비 예선 {group}조", "资格赛第{group}组", "予備予選{group}組", "Voorronde {group}", "Kwalifikacje {group}", "{group}. selejtező"],
  repechageOf: ["Repechage {group}", "Hoffnungslauf {group}", "Repêchage {group}", "Ripescaggio {group}", "패자부활전 {group}조", "复活赛第{group}组", "敗者復活戦{group}組", "Herkansing {group}", "Repasaż {group}", "{group}. reményfutam"],
  finals: ["Finals", "Finale", "Finales", "Finali", "결승", "决赛", "決勝", "Finales", "Finały", "Döntők"],
  semifinals: ["Semifinals", "Halbfinale", "Demi-finales", "Semifinali", "준결승", "半决赛", "準決勝", "Halve finales", "Półfinały", "Elődöntők"],
  quarterfinals: ["Quarterfinals", "Viertelfinale", "Quarts de finale", "Quarti di finale", "준준결승", "1/4决赛", "準々決勝", "Kwartfinales", "Ćwierćfinały", "Negyeddöntők"],
  heats: ["Heats", "Vorläufe", "Séries", "Batterie", "예선", "预赛", "予選", "Series", "Eliminacje", "Előfutamok"],
  preliminaries: ["Preliminaries", "Vorrunde", "Préliminaires", "Preliminari", "예비 예선", "资格赛", "予備予選", "Voorrondes", "Kwalifikacje", "Selejtezők"],

  // --- who goes on from a round ---
  theRest: ["rest", "Rest", "autres", "altri", "나머지", "其余", "残り", "rest", "pozostali", "többiek"],

  // --- what a board gives notice of, by its own words ---
  "False start": ["False start", "Fehlstart", "Faux départ", "Falsa partenza", "부정 출발", "抢跑", "フライング", "Valse start", "Falstart", "Hibás rajt"],
  "Race stopped": ["Race stopped", "Rennen abgebrochen", "Course arrêtée", "Corsa interrotta", "경기 중단", "比赛中止", "レース中断", "Rit gestopt", "Bieg przerwany", "Futam leállítva"],
  Restart: ["Restart", "Neustart", "Nouveau départ", "Nuova partenza", "재출발", "重新出发", "再スタート", "Herstart", "Ponowny start", "Újraindítás"],
  "Re-skate": ["Re-skate", "Wiederholungslauf", "Course à refaire", "Corsa da ripetere", "재경기", "重赛", "再レース", "Overgereden rit", "Bieg powtórzony", "Megismételt futam"],
};
