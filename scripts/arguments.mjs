// Arguments of the tasks.

/** The defaults for the options that the user has not given, before the user's arguments. */
export function withDefaults(defaults, args) {
  const given = (name) => args.some((argument) => argument === name || argument.startsWith(`${name}=`));
  const missing = Object.entries(defaults).filter(([name]) => !given(name));
  return [...missing.flat(), ...args];
}

/** Whether the arguments ask for the JavaScript backend, which needs no TensorFlow. */
export function wantsCpuBackend(args) {
  return args.some((argument, index) =>
    argument === '--backend' ? args[index + 1] === 'cpu' : argument === '--backend=cpu',
  );
}
