/** The part of WebAssembly that the sandbox uses; Node has it, its types do not. */
declare namespace WebAssembly {
  class Module {
    private readonly isModule: true;
  }
  class Memory {
    constructor(descriptor: { readonly initial: number; readonly maximum: number });
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
