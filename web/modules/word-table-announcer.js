/** The words of the announcer's view and of the managed displays, one line a word. */

export const ANNOUNCER_TABLE = {
  // --- announcer ---
  announcer: ["Announcer", "Sprecher", "Commentateur", "Speaker", "아나운서", "播音员", "アナウンサー", "Omroeper", "Spiker", "Bemondó"],
  whoIsWho: ["Who is who", "Wer ist wer", "Qui est qui", "Chi è chi", "선수 소개", "选手介绍", "選手紹介", "Wie is wie", "Kto jest kim", "Ki kicsoda"],
  headToHead: ["Head to head", "Direkter Vergleich", "Face-à-face", "Testa a testa", "상대 전적", "交锋记录", "直接対決", "Onderling", "Bezpośrednio", "Egymás ellen"],
  headToHeadNote: ["Races of this competition in which both have a place: row ahead – column ahead", "Rennen dieses Wettkampfs, in denen beide platziert sind: Zeile vorn – Spalte vorn", "Courses de cette compétition où les deux sont classés : ligne devant – colonne devant", "Corse di questa gara in cui entrambi sono classificati: riga davanti – colonna davanti", "이 대회에서 둘 다 순위가 있는 경기: 행 우세 – 열 우세", "本次比赛中两人均有名次的场次：行领先–列领先", "両者に順位がある本大会のレース：行が先–列が先", "Ritten van deze wedstrijd met plaats voor beiden: rij voor – kolom voor", "Biegi tych zawodów, w których oboje mają miejsce: wiersz przed – kolumna przed", "E verseny futamai, ahol mindketten helyezettek: sor elöl – oszlop elöl"],
  milestones: ["Milestones", "Meilensteine", "Temps forts", "Momenti chiave", "주요 순간", "关键时刻", "見どころ", "Mijlpalen", "Kluczowe chwile", "Fordulópontok"],
  season: ["Season", "Saison", "Saison", "Stagione", "시즌", "赛季", "シーズン", "Seizoen", "Sezon", "Szezon"],
  here: ["Here", "Hier", "Ici", "Qui", "이 대회", "本站", "今大会", "Hier", "Tutaj", "Itt"],
  pronunciation: ["Say", "Sprich", "Dire", "Pronuncia", "발음", "读音", "読み", "Zeg", "Wymowa", "Kiejtés"],
  noMilestones: ["Nothing to tell yet", "Noch nichts zu erzählen", "Rien à signaler", "Ancora nulla da dire", "아직 없음", "暂无", "まだありません", "Nog niets te melden", "Jeszcze nic", "Még nincs mit mondani"],
  start: ["The gun: {name} are away", "Start: {name} sind unterwegs", "C’est parti : {name}", "Partiti: {name}", "출발: {name}", "出发：{name}", "スタート：{name}", "Start: {name} zijn weg", "Start: {name}", "Rajt: {name}"],
  leads: ["{name} leads with {n} to go", "{name} führt, noch {n}", "{name} mène, encore {n}", "{name} in testa, ancora {n}", "{name} 선두, {n}바퀴 남음", "{name}领先，还剩{n}圈", "{name}が先頭、残り{n}周", "{name} leidt, nog {n}", "Prowadzi {name}, zostało {n}", "{name} vezet, még {n}"],
  takesLead: ["{name} takes the lead with {n} to go", "{name} übernimmt die Führung, noch {n}", "{name} prend la tête, encore {n}", "{name} passa in testa, ancora {n}", "{name} 선두로, {n}바퀴 남음", "{name}取得领先，还剩{n}圈", "{name}が先頭に立つ、残り{n}周", "{name} neemt de leiding, nog {n}", "{name} obejmuje prowadzenie, zostało {n}", "{name} átveszi a vezetést, még {n}"],
  moves: ["{name} up from {from} to {to}", "{name} von {from} auf {to}", "{name} remonte de {from} à {to}", "{name} da {from} a {to}", "{name} {from}위에서 {to}위로", "{name}从第{from}升至第{to}", "{name}が{from}位から{to}位へ", "{name} van {from} naar {to}", "{name} z {from} na {to}", "{name} {from}. helyről {to}. helyre"],
  bellLap: ["Bell: {name} leads into the last lap", "Glocke: {name} führt in die letzte Runde", "Cloche : {name} en tête au dernier tour", "Campana: {name} in testa all’ultimo giro", "종: {name} 선두로 마지막 바퀴", "铃响：{name}领先进入最后一圈", "鐘：{name}が先頭で最終周へ", "Bel: {name} leidt de laatste ronde in", "Dzwonek: {name} prowadzi na ostatnim okrążeniu", "Csengő: {name} vezet az utolsó körre"],
  falls: ["{name} falls", "{name} stürzt", "{name} chute", "{name} cade", "{name} 넘어짐", "{name}摔倒", "{name}が転倒", "{name} valt", "{name} upada", "{name} elesik"],
  wins: ["{name} first across the line", "{name} als Erste über der Linie", "{name} franchit la ligne en tête", "{name} primo al traguardo", "{name} 1위로 통과", "{name}率先冲线", "{name}が1着でゴール", "{name} als eerste over de streep", "{name} pierwszy na mecie", "{name} elsőként a célban"],
  penalised: ["Penalty: {name} ({why})", "Strafe: {name} ({why})", "Pénalité : {name} ({why})", "Penalità: {name} ({why})", "페널티: {name} ({why})", "判罚：{name}（{why}）", "ペナルティ：{name}（{why}）", "Straf: {name} ({why})", "Kara: {name} ({why})", "Büntetés: {name} ({why})"],
  stateNow: ["The race is {state}", "Das Rennen: {state}", "La course : {state}", "La corsa: {state}", "경기 상태: {state}", "比赛状态：{state}", "レースの状態：{state}", "De rit: {state}", "Bieg: {state}", "A futam: {state}"],

  // --- managed displays ---
  displays: ["Displays", "Anzeigen", "Écrans", "Schermi", "화면", "显示屏", "ディスプレイ", "Schermen", "Ekrany", "Kijelzők"],
  pairCode: ["Pairing code", "Kopplungscode", "Code d’appairage", "Codice di abbinamento", "연결 코드", "配对码", "ペアリングコード", "Koppelcode", "Kod parowania", "Párosító kód"],
  pairHelp: ["Type this code on the page {page}", "Diesen Code auf der Seite {page} eingeben", "Saisir ce code sur la page {page}", "Inserire questo codice nella pagina {page}", "{page} 페이지에 이 코드를 입력하세요", "在页面 {page} 输入此代码", "ページ {page} でこのコードを入力", "Typ deze code op de pagina {page}", "Wpisz ten kod na stronie {page}", "Írja be ezt a kódot a(z) {page} oldalon"],
  officialCode: ["Official’s pairing code", "Kopplungscode des Offiziellen", "Code de l’officiel", "Codice dell’ufficiale", "임원 연결 코드", "官员配对码", "役員のペアリングコード", "Koppelcode van de official", "Kod sędziego", "Versenybírói kód"],
  signIn: ["Sign in", "Anmelden", "Se connecter", "Accedi", "로그인", "登录", "サインイン", "Aanmelden", "Zaloguj", "Belépés"],
  pair: ["Pair", "Koppeln", "Appairer", "Abbina", "연결", "配对", "ペアリング", "Koppelen", "Sparuj", "Párosítás"],
  shows: ["Shows", "Zeigt", "Affiche", "Mostra", "표시", "显示", "表示", "Toont", "Pokazuje", "Mutatja"],
  options: ["Options", "Optionen", "Options", "Opzioni", "옵션", "选项", "オプション", "Opties", "Opcje", "Beállítások"],
  apply: ["Apply", "Anwenden", "Appliquer", "Applica", "적용", "应用", "適用", "Toepassen", "Zastosuj", "Alkalmaz"],
  refresh: ["Refresh", "Neu laden", "Recharger", "Ricarica", "새로고침", "刷新", "再読み込み", "Verversen", "Odśwież", "Frissítés"],
  forget: ["Forget", "Vergessen", "Oublier", "Dimentica", "삭제", "移除", "削除", "Vergeten", "Zapomnij", "Elfelejt"],
  seenAgo: ["seen {n} s ago", "vor {n} s gesehen", "vu il y a {n} s", "visto {n} s fa", "{n}초 전 확인", "{n}秒前在线", "{n}秒前に確認", "{n} s geleden gezien", "widziany {n} s temu", "{n} mp-e láttuk"],
  noDisplays: ["No display yet: open /display on one", "Noch keine Anzeige: dort /display öffnen", "Aucun écran : ouvrez-y /display", "Nessuno schermo: aprirvi /display", "화면 없음: 화면에서 /display 를 여세요", "暂无显示屏：在其上打开 /display", "ディスプレイなし：その端末で /display を開く", "Nog geen scherm: open daar /display", "Brak ekranów: otwórz na nim /display", "Nincs kijelző: nyissa meg rajta a /display oldalt"],
  unknownCode: ["No display shows this code", "Keine Anzeige zeigt diesen Code", "Aucun écran n’affiche ce code", "Nessuno schermo mostra questo codice", "이 코드를 표시하는 화면이 없습니다", "没有显示屏显示此代码", "このコードを表示する端末はありません", "Geen scherm toont deze code", "Żaden ekran nie pokazuje tego kodu", "Egy kijelző sem mutatja ezt a kódot"],
};
