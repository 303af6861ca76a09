# A Modbus master of pymodbus: `python3 master.testing.py <port> tcp|rtu`. Asks in one connection what comes as JSON lines, answers a line each.
import json
import sys

from pymodbus.client import ModbusTcpClient
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

client = ModbusTcpClient("127.0.0.1", port=int(sys.argv[1]), framer=ModbusRtuFramer if sys.argv[2] == "rtu" else ModbusSocketFramer)
client.connect()
for line in sys.stdin:
    ask = json.loads(line)
    answer = getattr(client, ask["call"])(*ask["args"], slave=ask.get("unit", 1))
    if answer.isError():
        print(json.dumps({"exception": getattr(answer, "exception_code", None), "text": str(answer)}), flush=True)
    else:
        values = getattr(answer, "registers", None) or getattr(answer, "bits", None)
        print(json.dumps({"values": values}), flush=True)
client.close()
