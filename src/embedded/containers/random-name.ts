import { randomInt } from "node:crypto";

const qualities = (
  "able amber apt bold brave brisk calm clear clever crisp deft eager early easy fair fine firm fond fresh gentle glad " +
  "grand green happy honest jolly keen kind lively loyal lucid lucky merry mild modest neat nimble noble patient plain " +
  "polite proud quick quiet rapid ready sharp shiny silent sincere smart smooth solid sound spry steady sunny swift " +
  "tender tidy upbeat vivid warm wise witty"
).split(" ");

const people = (
  "abel archimedes babbage bell bohr boole cantor carson cauchy curie darwin descartes dijkstra einstein engelbart " +
  "erdos euclid euler faraday fermat fermi feynman franklin galileo galois gauss germain goldberg hamilton hawking " +
  "heisenberg hertz hilbert hopper hypatia jacobi johnson joule kepler khayyam knuth kovalevsky lagrange lamarr " +
  "lamport laplace leibniz liskov lovelace maxwell meitner mendel mirzakhani napier newton noether pascal pasteur " +
  "perlman planck ramanujan riemann ritchie shannon tesla thompson turing volta wiles wirth"
).split(" ");

/** A name for a container that nobody has named: `quick_noether`. */
export function randomName(): string {
  return `${qualities[randomInt(qualities.length)]}_${people[randomInt(people.length)]}`;
}
