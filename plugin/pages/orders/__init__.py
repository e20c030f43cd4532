"""What is asked of workers by address: any page may take an order, and how far it is has an address.

| file | what is in it |
| --- | --- |
| `placing` | an order is taken: whether the request is ours, and who is sent for it |
| `uploading` | a file arrives in parts, for an order that needs one |
| `orders_shown` | how far an order is |
"""
