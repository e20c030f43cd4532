"""What every strategy keeps to, and what it is given and gives.

| file | what is in it |
| --- | --- |
| `strategy` | the contract itself |
| `question` | what is asked, and what its values look like |
| `terms` | what may be set for any strategy: costs of mistakes, and which votes count how much |
| `facts` | votes and adjudications, which are learned and unlearned |
| `blocks` | what a strategy keeps apart, because only a fit needs it |
| `current_facts` | the facts as they are now, edits and retractions done |
| `decision` | a value or an abstention, with reasons |
| `movement` | what changed since `moved` last reported, and since the last full fit |
| `choice` | a choice among candidate values |
| `choice_strategy` | strategies that choose among candidates |
| `choice_model` | the part of them that is their own |
| `reliability` | how good annotators are expected to be |
| `shares` | rows that sum to 1 |
| `numbers` | the types of arrays: `Floats`, `Ints`, … |
"""
