// One constructed stylesheet in the shadow root: no <style>, no style attribute, so that a strict style-src lets it be.
const CSS = `
:host{all:initial;color-scheme:light dark;position:fixed;bottom:16px;z-index:2147483000;max-width:calc(100vw - 32px);
--p:#fff;--t:#1c1f23;--m:#5a626b;--l:#8a929b;--f:#eef1f4}
:host([data-side=right]){right:16px}:host([data-side=left]){left:16px}
:host([data-into]){position:static;display:block;max-width:none}
@media (prefers-color-scheme:dark){:host{--p:#1d2126;--t:#eef1f4;--m:#b3bbc4;--l:#7d8690;--f:#2c323a}}
*{box-sizing:border-box;font:inherit;color:inherit}
.b,.c{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:var(--t)}
.c{background:var(--p);border:1px solid var(--l);border-radius:12px;padding:16px;width:380px;max-width:100%;
max-height:calc(100vh - 32px);overflow:auto;box-shadow:0 8px 30px #0003}
:host([data-into]) .c{width:auto;box-shadow:none;max-height:none}
.c:lang(zh){line-height:1.7}
.h{display:flex;gap:8px;align-items:start;justify-content:space-between}
h2,legend,.q{font-weight:600;margin:0;padding:0}
h2:focus{outline:0}
p{margin:8px 0}.m{color:var(--m);font-size:13px}
fieldset{border:0;margin:12px 0;padding:0;min-width:0}
.s{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);gap:4px;margin-top:8px}
@media (max-width:359px){.s{grid-auto-flow:row;grid-template-columns:repeat(6,minmax(0,1fr))}}
.s label{position:relative}
input[type=radio]{position:absolute;opacity:0;inset:0;width:100%;height:100%;margin:0;cursor:pointer}
.s span,.o span{display:block;border:1px solid var(--l);border-radius:8px;text-align:center;padding:7px 0;background:var(--f)}
.o label{display:block;position:relative;margin-top:6px}.o span{text-align:start;padding:7px 12px}
input:checked+span{background:var(--a);color:var(--i);border-color:var(--a)}
input:focus-visible+span,button:focus-visible,a:focus-visible,textarea:focus-visible,.i:focus-visible{outline:3px solid var(--a);outline-offset:2px}
.e{display:flex;justify-content:space-between;color:var(--m);font-size:13px;margin-top:4px}
textarea,.i{width:100%;border:1px solid var(--l);border-radius:8px;padding:8px;background:var(--p);margin-top:6px;display:block}
button{cursor:pointer;border:0;background:none;padding:0}
.x{width:32px;height:32px;font-size:20px;line-height:1;border-radius:8px;flex:none;margin-block-start:-6px;margin-inline-end:-6px}
.g,.b{background:var(--a);color:var(--i);border-radius:8px;padding:8px 20px}
.b{border-radius:20px;box-shadow:0 2px 10px #0003}
a{color:inherit;text-decoration:underline}
[hidden]{display:none!important}
@media (forced-colors:active){input:checked+span{outline:3px solid Highlight}}
@media print{:host{display:none}}`;

/** Black or white, whichever reads better on the accent (WCAG relative luminance). */
function ink(accent: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(accent.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

export function sheet(accent: string): CSSStyleSheet {
  const colour = /^#[0-9a-f]{6}$/i.test(accent) ? accent : "#1f6feb";
  const made = new CSSStyleSheet();
  made.replaceSync(`:host{--a:${colour};--i:${ink(colour)}}${CSS}`);
  return made;
}
