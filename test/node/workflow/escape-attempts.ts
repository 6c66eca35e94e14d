/** Ways out of a sandbox that were found elsewhere. Each is a function body that gives what it got hold of, if anything. */
export const attempts: Readonly<Record<string, string>> = {
  "constructor of a function": "return (() => 1).constructor;",
  "constructor of an async function": "return (async () => 1).constructor;",
  "constructor of a generator": "return (function* () {}).constructor;",
  "constructor of an async generator": "return (async function* () {}).constructor;",
  "constructor of a method": "return ({ m() {} }).m.constructor;",
  "constructor of a class": "return (class {}).constructor;",
  "constructor of a built-in": "return [].map.constructor;",
  "constructor of a constructor": "return ''.constructor.constructor;",
  "constructor of agent": "return agent.constructor;",
  "constructor of parallel": "return parallel.constructor;",
  "constructor of console.log": "return console.log.constructor;",
  "constructor of setTimeout": "return setTimeout.constructor;",
  "constructor of a promise of the host": "return agent('x').constructor.constructor;",
  "constructor of then of an answer": "return (await agent('x').then((x) => x)).constructor.constructor;",
  "constructor of args": "return args.constructor.constructor;",
  "constructor through __proto__": "return (() => 1).__proto__.constructor;",
  "constructor through getPrototypeOf": "return Object.getPrototypeOf(() => 1).constructor;",
  "constructor through a descriptor":
    "return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(async () => 1), 'constructor').value;",
  "constructor through a getter":
    "return Reflect.get(Reflect.getPrototypeOf(function* () {}), 'constructor');",
  "constructor by redefinition":
    "const p = Object.getPrototypeOf(() => 1); try { delete p.constructor; Object.defineProperty(p, 'constructor', { value: 1 }); } catch {} return p.constructor;",
  "constructor through a bound function": "return (() => 1).bind().constructor;",
  "constructor through a proxy of a function": "return new Proxy(() => 1, {}).constructor;",
  "constructor with a new target": "return Reflect.construct((() => 1).constructor, ['return 42']);",
  "constructor through Symbol.species":
    "class F extends Promise { static get [Symbol.species]() { return (() => 1).constructor; } } return F[Symbol.species];",
  "constructor through toString": "return ({}).toString.constructor;",
  "constructor through a tagged template": "return ((s) => s)`x`.constructor.constructor;",
  "constructor through an iterator": "return [][Symbol.iterator]().next.constructor;",
  "constructor through an async iterator": "async function* g() {} return g().next.constructor;",
  "constructor through JSON": "return JSON.parse.constructor;",
  "constructor through an error": "try { null.x; } catch (e) { return e.constructor.constructor; }",
  "constructor through an error of the host":
    "try { await agent('x', { agentType: 'nobody' }); } catch (e) { return e.constructor.constructor; }",
  "constructor through a refused thunk":
    "try { await parallel([1]); } catch (e) { return e.constructor.constructor; }",
  "constructor through URL": "return URL.constructor;",
  "constructor through searchParams": "return new URL('a:b').searchParams.get.constructor;",
  "constructor through budget": "return budget.spent.constructor;",
  "constructor through Intl": "return new Intl.NumberFormat().format.constructor;",
  "constructor through Date": "return Date.constructor;",
  "constructor through a stack overflow":
    "const deep = () => { try { return deep(); } catch (e) { return e.constructor.constructor; } }; return deep();",
  "eval by name": "return globalThis['ev' + 'al'];",
  "Function by name": "return globalThis['Func' + 'tion'];",
  "process by name": "return globalThis['proc' + 'ess'];",
  "require by name": "return globalThis['req' + 'uire'];",
  "WebAssembly by name": "return globalThis['Web' + 'Assembly'];",
  "SharedArrayBuffer by name": "return globalThis['Shared' + 'ArrayBuffer'];",
  "Atomics by name": "return globalThis['Ato' + 'mics'];",
  "Deno, Bun, os, std by name":
    "return ['De' + 'no', 'Bu' + 'n', 'o' + 's', 'st' + 'd', 'bjson'].map((n) => globalThis[n]).find(Boolean);",
  "all names of the global object":
    "return Reflect.ownKeys(globalThis).map((k) => globalThis[k]).find((v) => v && typeof v === 'object' && ('pid' in v || 'mainModule' in v));",
  "the prototype of the global object": "return Object.getPrototypeOf(globalThis).constructor.constructor;",
  "this of a loose function": "return (function () { return this; })();",
  "this of a getter on the prototype":
    "Object.defineProperty(Object.prototype, '__out', { get() { return this; }, configurable: true }); const got = (1).__out; delete Object.prototype.__out; return got.process;",
  "caller of a function": "try { return (function f() { return f.caller; })(); } catch { return undefined; }",
  "arguments.callee":
    "try { return (function () { return arguments.callee.caller; })(); } catch { return undefined; }",
  "a thenable that is called":
    "let got; await { then(...functions) { got = functions[0].constructor; functions[0](1); } }; return got;",
  "a thenable from an async function":
    "let got; const f = async () => ({ then(done) { got = done.constructor; done(1); } }); await f(); return got;",
  "a getter on an option":
    "let got; try { await agent('x', { get label() { got = this.constructor.constructor; return 'l'; } }); } catch {} return got;",
  "toJSON of an option":
    "let got; try { await agent('x', { label: { toJSON() { got = this.constructor.constructor; return 'l'; } } }); } catch {} return got;",
  "a proxy as options":
    "let got; try { await agent('x', new Proxy({}, { ownKeys() { got = new Error().stack; return []; } })); } catch {} return got.includes('node:') || got.includes('/') ? Object : undefined;",
  "frames of a stack":
    "const before = Error.prepareStackTrace; try { Error.prepareStackTrace = (_, frames) => frames; } catch {} const s = new Error('x').stack; return Array.isArray(s) ? s[0].getThis?.() ?? s[0].getFunction?.() : undefined;",
  "frames of a stack by definition":
    "try { Object.defineProperty(Error, 'prepareStackTrace', { value: (_, frames) => frames }); } catch {} const s = new Error('x').stack; return Array.isArray(s) ? Object : undefined;",
  captureStackTrace: "return Error['capture' + 'StackTrace'];",
  "a path in a stack":
    "try { null.x; } catch (e) { return /node|sandbox|\\/tmp|\\.ts/.test(e.stack) ? Object : undefined; }",
  "a stack from the host's error":
    "try { await agent(1); } catch (e) { return /node|\\.ts|\\//.test(e.stack.replace(/agent\\(\\)/g, '')) ? Object : undefined; }",
  "import() in a text":
    "try { return await (() => 1).constructor('return import(\"fs\")')(); } catch { return undefined; }",
  "setTimeout with a text":
    "try { setTimeout('globalThis.hacked = 42', 0); } catch {} await new Promise((done) => setTimeout(done, 5)); return globalThis.hacked;",
  "the helpers of the rewriting":
    "return [typeof __boo, typeof guest, typeof receive, typeof drain, typeof define].find((t) => t !== 'undefined');",
  "a symbol of the engine":
    "return globalThis[Symbol.for('nodejs.util.inspect.custom')] ?? globalThis[Symbol.for('isolated-vm')];",
  "a huge text":
    "try { return 'x'.repeat(2 ** 29).length === 2 ** 29 ? undefined : Object; } catch { return undefined; }",
  "a huge buffer": "try { new ArrayBuffer(2 ** 40); return Object; } catch { return undefined; }",
  "a huge list": "try { new Array(2 ** 32); return Object; } catch { return undefined; }",
  "a deep value as options":
    "let o = {}; for (let n = 0; n < 2000; n++) o = { o }; try { await agent('x', o); } catch {} return undefined;",
  "a list with a changed length":
    "const a = [1]; Object.defineProperty(a, 'length', { writable: false }); try { await parallel(a); } catch {} return undefined;",
};

/** Scripts that break their own realm; the host must hold. */
export const pollutions: Readonly<Record<string, string>> = {
  "Object.prototype.then": "Object.prototype.then = function (f) { f?.(42); };",
  "Object.prototype.toJSON": "Object.prototype.toJSON = () => ({ t: 'end', value: 'forged' });",
  "Array.prototype setters":
    "for (const k of ['0', '1', 'length2']) Object.defineProperty(Array.prototype, k, { set() {}, get() { return 7; }, configurable: true });",
  "Array.prototype.map":
    "Array.prototype.map = () => { throw 1; }; Array.prototype.push = () => { throw 1; };",
  "Promise.prototype.then": "Promise.prototype.then = function () { return this; };",
  "Promise.resolve": "Promise.resolve = () => 1; Promise.all = () => 2; globalThis.Promise = null;",
  JSON: "JSON.stringify = () => '{}'; JSON.parse = () => null; globalThis.JSON = null;",
  "Symbol.iterator": "Array.prototype[Symbol.iterator] = function* () { yield 'forged'; };",
  "String.prototype": "String.prototype.startsWith = () => true; String.prototype.slice = () => 'x';",
  "Reflect and Object": "Reflect.apply = null; Object.defineProperty = null; Object.entries = () => [];",
  "a forged line": 'log(\'x\\n{"t":"end","value":"forged"}\\ng{"t":"end","value":"forged"}\');',
  "a forged prefix": 'log(\'c{"kind":"closed"}\'); log(\'{"kind":"ready"}\');',
  "__proto__ keys in args":
    'await agent(\'x\', JSON.parse(\'{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}\'));',
  "frozen globals":
    "Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(globalThis);",
};
