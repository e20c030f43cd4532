"""Who looks at our pages, and what they may see there.

| file | what is in it |
| --- | --- |
| `visitor` | somebody, with their rights |
| `accounts` | sign-in with an Argilla account, and sign-out |
| `cookies` | the session cookie |
| `device_cookies` | a browser in which somebody has signed in before |
| `tokens` | whose API key this is |
| `asking` | asks Argilla who somebody is |
"""
