namespace CoVR.Evaluation;

/// <summary>The style sheet of a page of results.</summary>
internal static class PageStyle
{
    /// <summary>Everything between the style tags.</summary>
    public const string Css = """
        :root { --ink: #1d2433; --soft: #5d6678; --line: #e3e6ec; --paper: #fbfbfd; --card: #ffffff; --right: #1a8f5a; --accent: #3557d6; --warn: #9a5b00; --warnpaper: #fff6e5; color-scheme: light dark; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8ebf2; --soft: #9aa3b5; --line: #2c3342; --paper: #12151c; --card: #1a1f29; --right: #45c98d; --accent: #8da2ff; --warn: #f0b35c; --warnpaper: #2a2113; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
        main { max-width: 1120px; margin: 0 auto; padding: 48px 24px 80px; }
        h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 10px; }
        h2 { font-size: 21px; letter-spacing: -0.01em; margin: 52px 0 6px; }
        p { margin: 0 0 12px; color: var(--soft); max-width: 76ch; }
        .facts { display: flex; flex-wrap: wrap; gap: 8px; margin: 18px 0 0; padding: 0; list-style: none; }
        .facts li { border: 1px solid var(--line); background: var(--card); border-radius: 999px; padding: 3px 13px; font-size: 14px; color: var(--soft); }
        .facts b { color: var(--ink); font-weight: 600; }
        .note { background: var(--warnpaper); border: 1px solid var(--warn); border-radius: 14px; padding: 12px 18px; margin-top: 18px; font-size: 14.5px; }
        .note b { color: var(--warn); }
        .note ul { margin: 4px 0 0; padding-left: 20px; }
        .score { display: grid; grid-template-columns: repeat(auto-fit, minmax(290px, 1fr)); gap: 16px; margin-top: 18px; }
        .panel, .query { background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
        .panel { padding: 18px 20px; }
        .panel h3 { margin: 0 0 10px; font-size: 15px; font-weight: 600; }
        .bar { display: grid; grid-template-columns: 72px 1fr 68px; gap: 10px; align-items: center; font-size: 14px; margin: 7px 0; color: var(--soft); }
        .bar i { display: block; position: relative; height: 10px; border-radius: 5px; background: var(--line); }
        .bar i::before { content: ""; display: block; height: 100%; width: var(--w); background: var(--soft); border-radius: 5px; }
        .bar i::after { content: ""; position: absolute; top: 3px; bottom: 3px; left: var(--from); width: calc(var(--to) - var(--from)); background: var(--ink); opacity: .45; }
        .main .bar i::before { background: var(--accent); }
        .bar b { color: var(--ink); text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; font-weight: 600; }
        .wide { overflow-x: auto; margin-top: 10px; }
        table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
        th, td { text-align: right; padding: 6px 0 6px 26px; border-bottom: 1px solid var(--line); font-weight: 400; color: var(--soft); vertical-align: top; overflow-wrap: normal; }
        th { white-space: nowrap; }
        th:first-child { text-align: left; padding-left: 0; color: var(--ink); min-width: 130px; white-space: normal; position: sticky; left: 0; background: var(--paper); }
        td b { color: var(--ink); font-weight: 600; }
        td small { display: block; font-size: 12px; white-space: nowrap; }
        .fp th, .fp td { text-align: left; }
        .fp td { overflow-wrap: anywhere; min-width: 150px; }
        code { font-size: 12px; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 4px; padding: 0; list-style: none; font-size: 14px; color: var(--soft); }
        .legend i { display: inline-block; width: 18px; border-top: 3px solid currentColor; vertical-align: middle; margin-right: 6px; }
        .legend i.c4, .legend i.c5, .legend i.c6, .legend i.c7 { border-top-style: dashed; }
        .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
        .c0 { color: var(--accent); } .c1 { color: #d9822b; } .c2 { color: #1a8f5a; } .c3 { color: #b0408f; } .c4 { color: #0f8ea5; } .c5 { color: #8a6d1f; } .c6 { color: #7a5bd0; } .c7 { color: #7d8694; }
        .c4, .c5, .c6, .c7 { stroke-dasharray: 6 4; }
        .query { display: grid; grid-template-columns: 300px 1fr; gap: 20px; padding: 16px 18px; margin-top: 14px; align-items: center; }
        .ask { display: flex; gap: 14px; align-items: center; min-width: 0; }
        .ask q { display: block; max-height: 9.5em; overflow: auto; quotes: "“" "”"; font-size: 17px; line-height: 1.35; font-weight: 500; }
        .ask small, .hits small { display: block; color: var(--soft); font-size: 12.5px; }
        .hits { display: flex; flex-wrap: wrap; gap: 10px; margin: 0; padding: 0; list-style: none; }
        .hits li { width: 88px; text-align: center; align-self: start; }
        .pic { display: block; position: relative; width: min(88px, 132px * var(--r, 1)); aspect-ratio: var(--r, 1); margin: 0 auto; border-radius: 10px; overflow: hidden; outline: 1px solid var(--line); outline-offset: -1px; background-size: 100% 100%; }
        .pic.none { display: grid; place-items: center; padding: 6px; background: var(--line); }
        .pic.none small { max-height: 100%; overflow: hidden; font-size: 10px; line-height: 1.25; }
        .ask .pic { width: min(104px, 156px * var(--r, 1)); margin: 0; flex: none; }
        .pic.clip { background-size: auto 100%; animation: play 1.2s steps(var(--n)) infinite; }
        .pic.clip::after { content: "▶"; position: absolute; right: 4px; bottom: 4px; padding: 0 4px 0 5px; border-radius: 4px; font-size: 10px; line-height: 15px; color: #fff; background: rgb(0 0 0 / .55); }
        .right .pic { outline: 4px solid var(--right); outline-offset: -4px; }
        .right small { color: var(--right); font-weight: 600; }
        .hits .missed { opacity: .85; border-left: 1px dashed var(--line); padding-left: 10px; width: 99px; }
        svg { width: 100%; height: auto; display: block; overflow: visible; }
        footer { margin-top: 60px; font-size: 14px; color: var(--soft); }
        @keyframes play { to { background-position-x: 100%; } }
        @media (max-width: 820px) { .query { grid-template-columns: 1fr; } }
        @media (max-width: 560px) { main { padding: 28px 14px 60px; } svg text { font-size: 21px; } }
        @media (prefers-reduced-motion: reduce) { .pic.clip { animation: none; } }
        """;
}
