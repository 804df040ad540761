/** A short click for every key that was taken, so that eyes can stay on the ice. */

const HERTZ = 1400;
const SECONDS = 0.025;
const LOUDNESS = 0.08;

let audio = null;

/** Make the sound, where the browser lets a page make one. */
export function click() {
  try {
    audio ??= new AudioContext();
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.value = HERTZ;
    volume.gain.setValueAtTime(LOUDNESS, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + SECONDS);
  } catch {
    audio = null;
  }
}
