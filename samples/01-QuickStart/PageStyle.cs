namespace QuickStart;

/// <summary>The style sheet of the result page.</summary>
internal static class PageStyle
{
    /// <summary>Everything between the style tags.</summary>
    public const string Css = """
        :root { --ink: #1d2433; --soft: #5d6678; --line: #e3e6ec; --paper: #fbfbfd; --card: #ffffff; --right: #1a8f5a; --accent: #3557d6; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8ebf2; --soft: #9aa3b5; --line: #2c3342; --paper: #12151c; --card: #1a1f29; --right: #45c98d; --accent: #8da2ff; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 48px 24px 80px; }
        h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 10px; }
        h2 { font-size: 21px; letter-spacing: -0.01em; margin: 52px 0 6px; }
        p { margin: 0 0 12px; color: var(--soft); max-width: 76ch; }
        .facts { display: flex; flex-wrap: wrap; gap: 8px; margin: 18px 0 0; padding: 0; list-style: none; }
        .facts li { border: 1px solid var(--line); background: var(--card); border-radius: 999px; padding: 3px 13px; font-size: 14px; color: var(--soft); }
        .facts b { color: var(--ink); font-weight: 600; }
        .score { display: grid; grid-template-columns: repeat(auto-fit, minmax(290px, 1fr)); gap: 16px; margin-top: 18px; }
        .panel, .query { background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
        .panel { padding: 18px 20px; }
        .panel h3 { margin: 0 0 10px; font-size: 15px; font-weight: 600; }
        .bar { display: grid; grid-template-columns: 46px 1fr 62px; gap: 10px; align-items: center; font-size: 14px; margin: 7px 0; color: var(--soft); }
        .bar i { display: block; height: 10px; border-radius: 5px; background: var(--line); overflow: hidden; }
        .bar i::before { content: ""; display: block; height: 100%; width: var(--w); background: var(--soft); border-radius: 5px; }
        .main .bar i::before { background: var(--accent); }
        .bar b { color: var(--ink); text-align: right; font-variant-numeric: tabular-nums; font-weight: 600; }
        table { border-collapse: collapse; margin-top: 10px; font-size: 14px; font-variant-numeric: tabular-nums; }
        th, td { text-align: right; padding: 5px 0 5px 26px; border-bottom: 1px solid var(--line); font-weight: 400; color: var(--soft); }
        th:first-child { text-align: left; padding-left: 0; color: var(--ink); }
        .query { display: grid; grid-template-columns: 300px 1fr; gap: 20px; padding: 16px 18px; margin-top: 14px; align-items: center; }
        .ask { display: flex; gap: 14px; align-items: center; }
        .ask q { quotes: "“" "”"; font-size: 17px; line-height: 1.35; font-weight: 500; }
        .ask small, .hits small { display: block; color: var(--soft); font-size: 12.5px; }
        .hits { display: flex; flex-wrap: wrap; gap: 10px; margin: 0; padding: 0; list-style: none; }
        .hits li { width: 88px; text-align: center; align-self: start; }
        .pic { display: block; position: relative; width: 88px; height: 88px; border-radius: 10px; overflow: hidden; outline: 1px solid var(--line); outline-offset: -1px; background-size: cover; }
        .ask .pic { width: 104px; height: 104px; flex: none; }
        .pic.clip { background-size: auto 100%; animation: play 1.2s steps(var(--n)) infinite; }
        .pic.clip::after { content: "▶"; position: absolute; right: 5px; bottom: 3px; font-size: 11px; color: #fff; text-shadow: 0 0 3px #000; }
        .right .pic { outline: 4px solid var(--right); outline-offset: -4px; }
        .right small { color: var(--right); font-weight: 600; }
        .missed { opacity: .85; border-left: 1px dashed var(--line); padding-left: 10px; width: 99px !important; }
        svg { width: 100%; height: auto; display: block; }
        footer { margin-top: 60px; font-size: 14px; color: var(--soft); }
        @keyframes play { to { background-position-x: var(--end); } }
        @media (max-width: 820px) { .query { grid-template-columns: 1fr; } }
        @media (prefers-reduced-motion: reduce) { .pic.clip { animation: none; } }
        """;
}
