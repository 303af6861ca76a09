// expect: TIMEOUT
for (;;) {
  try {
    for (;;);
  } catch {
  } finally {
    for (;;);
  }
}
