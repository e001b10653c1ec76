/** What the comparison leaves out: the sentences that stand in every report. */

/** One sentence each, in the order they are printed. */
export const LIMITS: readonly string[] = [
  'Both sides are this project’s own implementations, after public descriptions of the protocols; ' +
    'neither is the vendor’s code.',
  'The people are a list of acts made before the run: an act that comes to nothing is counted and ' +
    'not tried again, where a person might wait and try later.',
  'A message that answers another one is written only after that one showed, so an architecture ' +
    'that delivers less is also asked to do less; the list stays the same, and what was never ' +
    'begun counts as not completed.',
  'Latencies are over all messages that people meant to write, the same on both sides: one that did ' +
    'not show within its story counts as longer than all that did, with the length of the story, ' +
    'so a figure with such a number in it says “at least”, and differences take it as it is.',
  'A message has arrived at companions when the first of the recipient’s shows it: which browser ' +
    'is open on the relay is the model’s choice, and an idle one is not held against it.',
  'Overall figures are means over the chosen scenarios, every scenario the same weight; they say ' +
    'nothing about how often such days happen. Where one side had no occasion for a measure, ' +
    'the scenario is left out of that row on both sides.',
  'Intervals are about chance between seeds, not about whether the model is right.',
  'Networks are tables of latency, loss and outages with their sources; routing, congestion ' +
    'between users and server load are not modelled, and the server computes in no time.',
  'Bytes are those of stanzas, transport frames, repeats and keep-alives; the headers of the ' +
    'packets below are not counted.',
  'Processor time is counted operations of cryptography times one cost table, measured on a ' +
    'server’s core on 256 bytes: the ratio between the sides means more than the number, and large ' +
    'files cost more than the table says.',
  'The battery model is the radio’s alone, after one measured on telephones of 2012, whose single ' +
    'constants are an assumption here (see their source); display, processor and storage are left ' +
    'out, and no telephone of today was measured.',
  'A keep-alive costs a wake-up on both sides alike; operating systems that bundle the keep-alives ' +
    'of many apps would make both cheaper.',
  'Of stories with several companions, phone relay keeps one browser live at a time, as it did; ' +
    'the people do not hurry from one to the other.',
];
